# Somebody asks for a function; the payload is data and stays data. Tag: functions/call/*
{% set request = data.get('data', data) %}
call a function:
  local.functions.call:
    - tgt: 'role:functions'
    - tgt_type: grain
    - args:
      - name: {{ tag.split('/')[2] | json }}
      - payload: {{ request.get('payload') | json }}
      - call: {{ request.get('call', '') | string | json }}
