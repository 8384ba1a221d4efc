import { corpusAsTests } from './as-tests.js';
import { corpus } from './wire.corpus.js';

await corpusAsTests(corpus);
