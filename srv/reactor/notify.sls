# Tells everybody who listens that a state run failed. Tag: salt/job/*/ret/*
{% if data.get('fun', '').startswith('state.') and data.get('retcode', 0) != 0 %}
tell about {{ data['id'] }}:
  runner.event.send:
    - args:
      - tag: demo/failed/{{ data['id'] }}
      - data:
          jid: '{{ data['jid'] }}'
          fun: {{ data['fun'] }}
{% endif %}
