# A push to a repository: the master fetches that one at once, instead of at its next look. Tag: salt/netapi/hook/git/push
#
#   git server  POST https://master:8000/hook/git/push  ->  event  ->  this file  ->  fileserver.update of one remote
#
# The configuration of the master is in docs/fileserver.md. Whoever knows the address can send anything: what counts is signed with the
# secret that the git server was given, and names a repository of this list (full name there: name of the remote here).
{% set remotes = {'team/states': 'states', 'team/formulas': 'formulas'} %}
{% set signature = data['headers'].get('X-Hub-Signature-256', '') %}
{% if signature.startswith('sha256=') and salt['hashutil.github_signature'](data['body'], opts['git_hook_secret'], signature) %}
{%   set remote = remotes.get(data['post'].get('repository', {}).get('full_name')) %}
{%   if remote %}
fetch {{ remote }}:
  runner.fileserver.update:
    - args:
      - backend: git
      - remotes: {{ remote }}
{%   endif %}
{% endif %}
