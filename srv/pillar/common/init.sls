# Included files come first; what stands here wins. A name that begins with a dot is looked for beside this file.
include:
  - .users
  - .ntp:
      key: services:ntp
      defaults:
        servers: [ntp1.example.org, ntp2.example.org]

company: Example
motd: Welcome to {{ grains.id }}, which runs {{ grains.os }}
