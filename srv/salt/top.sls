# Which state files go to which minions. Targets are those of the command line; `match` names another kind.
base:
  '*':
    - motd
  'os_family:Debian':
    - match: grain
    - tools
