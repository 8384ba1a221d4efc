# Who gets what. A target without `match:` is a compound one.
base:
  '*':
    - common
  'web* or G@role:web':
    - web
  'role:db':
    - match: grain
    - db
    - secrets.{{ grains.get('site', 'lab') }}
    - ignore_missing: true
