import { corpusAsTests } from './as-tests.js';
import { corpus } from './states.corpus.js';

await corpusAsTests(corpus);
