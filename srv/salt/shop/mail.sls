# Tells by mail that the application is there. The mine knows the mail server.
{% set servers = salt['mine.get']('role:mail', 'shop.member', tgt_type='grain') %}
{% set members = salt['mine.get']('role:middleware', 'shop.member', tgt_type='grain') %}
The application runs on {{ members | sort | join(', ') }}.:
  smtp.send_msg:
    - recipient: {{ pillar['mail_to'] | yaml_dquote }}
    - subject: The shop is open
    - sender: tsalt@{{ grains['id'] }}
    - server: {{ servers.values() | first | yaml_dquote }}
    - use_ssl: False
