/** Renderers that are no plugins, with what `sys.renderer_doc` says of them. A test holds them against the pipe. */
export const BUILT_IN_RENDERERS: ReadonlyMap<string, string> = new Map([
  ['gpg', 'Decrypts PGP messages inside data or text with the program gpg and the keys in `gpg_keydir`.\n\n#!yaml|gpg'],
  ['jinja', 'Renders a Jinja template to text.\n\n#!jinja|yaml'],
  ['js', 'Runs JavaScript whose `run()` gives the data; the counterpart of `py`.\n\n#!js'],
  ['json', 'Reads JSON.\n\n#!jinja|json'],
  ['msgpack', 'Reads MessagePack.\n\n#!msgpack'],
  ['text', 'Gives the text as it is.\n\n#!jinja|text'],
  ['toml', 'Reads TOML.\n\n#!jinja|toml'],
  ['ts', 'Runs TypeScript whose `run()` gives the data; the counterpart of `py`.\n\n#!ts'],
  ['yaml', 'Reads YAML 1.1 as Salt does.\n\n#!jinja|yaml'],
  ['yamlex', 'Reads YAML with the tags !aggregate and !reset.\n\n#!jinja|yamlex'],
]);
