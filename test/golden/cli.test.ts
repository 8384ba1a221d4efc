import { corpusAsTests } from './as-tests.js';
import { corpus } from './cli.corpus.js';

await corpusAsTests(corpus);
