/** Values that the renderer `stateconf` takes out of an SLS; at their place nothing is left to do. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';

const nothing = (doc: string) => fn({ doc, params: { name: p.string(), kwargs: p.keywords() }, run: ({ name }) => done(name, '') });

export default defineState({
  name: 'stateconf',
  doc: 'Values that the renderer `stateconf` takes out of an SLS; at their place nothing is left to do.',
  functions: { set: nothing('Values of an SLS, set while it is rendered.'), context: nothing('Values of an SLS for those it includes, set while it is rendered.') },
});
