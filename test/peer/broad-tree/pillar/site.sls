role: code
motd: |
  Welcome to the site.
  Two lines of it.
site:
  port: 8080
  names: [www.example.org, example.org]
  limits: {connections: 512, wait: 1.5, deep: {on: true, off: null}}
