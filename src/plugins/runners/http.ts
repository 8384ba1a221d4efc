/** Asks web services from the master. Source: read, Salt 3008.3. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { httpQuery, updateCaBundle } from '../../kernel/sys/http/query.js';

export default defineRunner({
  name: 'http',
  doc: 'Asks web services from the master.',
  functions: {
    query: fn({
      doc: "Ask an address, and give the body; the options are those of the module http.\n\nsalt-run http.query http://example.com/ method=POST params='key1=val1&key2=val2'",
      params: { url: p.string(), output: p.bool(true, 'has no effect; --quiet shows nothing'), kwargs: p.keywords() },
      run: ({ url, kwargs }, ctx) => httpQuery(url, kwargs, ctx),
    }),
    update_ca_bundle: fn({
      doc: 'Fetch the list of trusted certificates, and add the certificates of further files to it.\n\nsalt-run http.update_ca_bundle target=/path/to/cacerts.pem',
      params: { target: p.any(null), source: p.any(null), merge_files: p.any(null) },
      run: ({ target, source, merge_files }, ctx) => updateCaBundle({ target, source, mergeFiles: merge_files }, ctx),
    }),
  },
});
