# The classic deployment: Node.js on the middleware, HAProxy on the front end, the application, a mail that says so. Each step waits for
# the one before and tells what came of it as an event; nothing goes on after the first failure.
#
#   tsalt-run state.orchestrate shop-deploy pillar='{"mail_to": "ops@example.com"}'
{% macro report(step, after) %}
report {{ step }}:
  salt.runner:
    - name: event.send
    - tag: shop/report/{{ step }}
    - data: {step: {{ step }}, done: true}
    - require:
      - salt: {{ after }}
{% endmacro %}

modules of ours:
  salt.function:
    - name: saltutil.sync_modules
    - tgt: '*'

mail server:
  salt.state:
    - tgt: 'role:mail'
    - tgt_type: grain
    - sls: mailhost
    - queue: True
    - require:
      - salt: modules of ours

Node.js on the middleware:
  salt.state:
    - tgt: 'role:middleware'
    - tgt_type: grain
    - sls: shop.nodejs
    - queue: True
    - require:
      - salt: mail server
{{ report('nodejs', 'Node.js on the middleware') }}

HAProxy on the front end:
  salt.state:
    - tgt: 'role:frontend'
    - tgt_type: grain
    - sls: balancer
    - queue: True
    - require:
      - salt: report nodejs
{{ report('haproxy', 'HAProxy on the front end') }}

application on the middleware:
  salt.state:
    - tgt: 'role:middleware'
    - tgt_type: grain
    - sls: shop
    - queue: True
    - require:
      - salt: report haproxy

members are known:
  salt.function:
    - name: mine.update
    - tgt: 'G@role:middleware or G@role:mail'
    - tgt_type: compound
    - require:
      - salt: application on the middleware

HAProxy knows the members:
  salt.state:
    - tgt: 'role:frontend'
    - tgt_type: grain
    - sls: balancer
    - queue: True
    - require:
      - salt: members are known
{{ report('application', 'HAProxy knows the members') }}

a mail says so:
  salt.state:
    - tgt: 'role:frontend'
    - tgt_type: grain
    - sls: shop.mail
    - pillar: {mail_to: {{ pillar.get('mail_to', 'root@localhost') | yaml_dquote }}}
    - queue: True
    - require:
      - salt: report application
