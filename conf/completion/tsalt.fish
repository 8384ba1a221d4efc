# Completion of tsalt's commands in fish. Use: put it into ~/.config/fish/completions/

function __tsalt_complete
    set -l words (commandline -opc)
    set -l program (basename -- $words[1])
    set -e words[1]
    tsalt-complete $program $words (commandline -ct) 2>/dev/null
end

for program in tsalt tsalt-call tsalt-cp tsalt-key tsalt-run tsalt-master tsalt-minion tsalt-api
    complete -c $program -f -a '(__tsalt_complete)'
end
