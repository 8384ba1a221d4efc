base:
  '*':
    - files
    - machine
    - flow
  'os_family:Debian':
    - match: grain
    - packages
  'web* and G@os_family:Debian':
    - match: compound
    - accounts
    - site
  'role:code':
    - match: pillar
    - code
