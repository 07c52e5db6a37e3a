import { testMatrix } from './matrix.ts';

testMatrix('busybox');
