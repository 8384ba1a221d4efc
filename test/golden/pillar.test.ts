import { corpusAsTests } from './as-tests.js';
import { corpus } from './pillar.corpus.js';

await corpusAsTests(corpus);
