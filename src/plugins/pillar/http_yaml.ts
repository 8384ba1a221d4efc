/** `http_yaml`: a web address whose answer is YAML. `%s` in the address stands for the id of the minion. */
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { fetchText, HTTP_PARAMS, readAnswer } from './http/fetch.js';

export default defineExtPillar({
  name: 'http_yaml',
  doc: 'What a web address answers, read as YAML; `%s` stands for the id of the minion, with `with_grains` `<name>` for a grain.',
  params: HTTP_PARAMS,
  async extPillar(args, ctx, { id }) {
    return readAnswer(await fetchText(args, id, ctx), (text) => loadYaml(text), 'YAML');
  },
});
