import { corpusAsTests } from './as-tests.js';
import { corpus } from './targeting.corpus.js';

await corpusAsTests(corpus);
