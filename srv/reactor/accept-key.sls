# Accepts the key of a minion whose name is expected. In the master's configuration:
#
#   reactor:
#     - 'salt/auth':
#       - /srv/reactor/accept-key.sls
#
# Whoever can reach the request port can claim a name: keep the pattern narrow, or compare data['pub'] with a list.
{% if data['act'] == 'pend' and data['id'].startswith('web-') %}
accept {{ data['id'] }}:
  wheel.key.accept:
    - args:
      - match: {{ data['id'] }}
{% endif %}
