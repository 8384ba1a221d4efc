# A host joined or left: the load balancers learn it by an orchestration. Tags: salt/minion/web*/start, salt/presence/change
balance anew:
  runner.state.orchestrate:
    - args:
      - mods: deploy
      - pillar:
          version: '1.0'
