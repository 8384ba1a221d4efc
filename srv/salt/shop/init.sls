# The application: a server in Node.js, as a service. The grain `listen` is its address.
include:
  - shop.nodejs

/srv/shop/server.js:
  file.managed:
    - source: salt://shop/files/server.js
    - makedirs: True

/etc/init.d/shop:
  file.managed:
    - source: salt://shop/files/shop.init.jinja
    - template: jinja
    - mode: '0755'

shop:
  service.running:
    - require:
      - pkg: nodejs
    - watch:
      - file: /srv/shop/server.js
      - file: /etc/init.d/shop
