import { corpusAsTests } from './as-tests.js';
import { corpus } from './render.corpus.js';

await corpusAsTests(corpus);
