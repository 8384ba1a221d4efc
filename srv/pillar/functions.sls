# What may be called by events: the image, the command, and how long it may take. The payload stands in the variable PAYLOAD, as JSON.
functions:
  count:
    image: functions.local/tools:1
    command: [sh, -c, 'printf %s "$PAYLOAD" | wc -c']
  echo:
    image: functions.local/tools:1
    command: [sh, -c, 'printf %s "$PAYLOAD"']
  fail:
    image: functions.local/tools:1
    command: [sh, -c, 'echo "no disk" >&2; exit 3']
  sleep:
    image: functions.local/tools:1
    command: [sleep, '600']
    seconds: 1
