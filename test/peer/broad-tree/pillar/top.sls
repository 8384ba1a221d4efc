base:
  '*':
    - site
    - places
