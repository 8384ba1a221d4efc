import { corpusAsTests } from './as-tests.js';
import { corpus } from './outputters.corpus.js';

await corpusAsTests(corpus);
