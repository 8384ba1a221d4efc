/** `http_json`: a web address whose answer is JSON. `%s` in the address stands for the id of the minion. */
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { fetchText, HTTP_PARAMS, readAnswer } from './http/fetch.js';

export default defineExtPillar({
  name: 'http_json',
  doc: 'What a web address answers, read as JSON; `%s` stands for the id of the minion, with `with_grains` `<name>` for a grain.',
  params: HTTP_PARAMS,
  async extPillar(args, ctx, { id }) {
    return readAnswer(await fetchText(args, id, ctx), readJson, 'JSON');
  },
});
