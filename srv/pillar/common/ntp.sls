servers: {{ servers | json }}
iburst: {{ servers | length > 1 }}
