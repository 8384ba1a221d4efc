import { corpusAsTests } from './as-tests.js';
import { corpus } from './events.corpus.js';

await corpusAsTests(corpus);
