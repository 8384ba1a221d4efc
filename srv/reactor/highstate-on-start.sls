# Applies the top file to each minion that starts. Tag: salt/minion/*/start
highstate of {{ data['id'] }}:
  local.state.apply:
    - tgt: {{ data['id'] }}
    - tgt_type: list
