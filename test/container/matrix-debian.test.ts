import { testMatrix } from './matrix.ts';

testMatrix('debian');
