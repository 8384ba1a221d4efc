# One step of srv/orch/deploy.sls: notes that it was here. The grain `fails` makes it fail, to see what then happens.
{% set step = pillar.get('step', 'none') %}

{{ step }} in version {{ pillar.get('version', 'unknown') }}:
  test.configurable_test_state:
    - changes: True
    - result: {{ not grains.get('fails', False) }}
    - comment: {{ step }} was here
