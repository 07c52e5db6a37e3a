import { testMatrix } from './matrix.ts';

testMatrix('no-libstdc');
