# HAProxy in front of the application. The mine knows where its members serve; those that are connected take part.
# `present` in the pillar: ids of connected minions; without it all that the mine knows.
haproxy:
  pkg.installed:
    - install_recommends: False
  service.running:
    - reload: True
    - watch:
      - file: /etc/haproxy/haproxy.cfg

/etc/haproxy/haproxy.cfg:
  file.managed:
    - source: salt://balancer/files/haproxy.cfg.jinja
    - template: jinja
    - check_cmd: haproxy -c -f
    - require:
      - pkg: haproxy
