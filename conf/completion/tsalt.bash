# Completion of tsalt's commands in bash: options, functions, minions, node groups, outputters.
# Use: source it from ~/.bashrc, or put it into /usr/share/bash-completion/completions/tsalt

_tsalt() {
  local line="${COMP_LINE:0:COMP_POINT}" words word
  # Bash splits words at `=` and `:` as well; ours end at blanks.
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  local current="${words[-1]}"
  local shown="${current:$((${#current} - ${#2}))}"
  COMPREPLY=()
  while IFS= read -r word; do
    # Only what follows the part that bash takes for finished words is put in.
    COMPREPLY+=("${word:$((${#current} - ${#shown}))}")
  done < <(tsalt-complete "${1##*/}" "${words[@]:1}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -o default -F _tsalt tsalt tsalt-call tsalt-cp tsalt-key tsalt-run tsalt-master tsalt-minion tsalt-api
