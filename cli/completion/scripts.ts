/** What a shell runs to complete `bytecopy`: it asks the hidden command `complete` with the line up to the cursor. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# bash completion of bytecopy: source <(bytecopy completion bash)
_bytecopy() {
  mapfile -t COMPREPLY < <("$1" complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  # what goes on gets no space: the name of a field, a query in quotes
  case "\${COMPREPLY[0]}" in
    *: | *. | *' '*) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -o bashdefault -o default -F _bytecopy bytecopy
`;

const ZSH = `#compdef bytecopy
# zsh completion of bytecopy: source <(bytecopy completion zsh)
_bytecopy() {
  local -a found
  found=("\${(@f)$("\${words[1]}" complete zsh '' "$LBUFFER" 2>/dev/null)}")
  found=(\${found:#})
  if (( \${#found} == 0 )); then
    _files
    return
  fi
  compadd -S '' -- \${(M)found:#*[:.]}
  compadd -- \${found:#*[:.]}
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _bytecopy "$@"; else compdef _bytecopy bytecopy; fi
`;

const FISH = `# fish completion of bytecopy: bytecopy completion fish | source
function __bytecopy_complete
    set -l words (commandline -opc)
    $words[1] complete fish '' (commandline -cp) 2>/dev/null
end
complete -c bytecopy -f -n 'count (__bytecopy_complete) >/dev/null' -a '(__bytecopy_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/**
 * What the shell puts in the place of what it takes for the word: bash cuts words that are not in quotes at more than
 * spaces.
 *
 * @param candidates whole words
 * @param breaks bash's `COMP_WORDBREAKS`; empty for other shells
 * @param quote that is open at the cursor
 */
export function forShell(
  candidates: readonly string[],
  current: string,
  breaks: string,
  quote: string,
): readonly string[] {
  if (breaks === '' || quote !== '') return candidates;
  let start = current.length;
  while (start > 0 && !breaks.includes(current[start - 1] as string)) start--;
  return candidates.map((candidate) => candidate.slice(start));
}
