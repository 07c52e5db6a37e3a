import { testMatrix } from './matrix.ts';

testMatrix('scratch');
