/** The faults of one Redis. */
import { testFaults } from './redisCases.ts';

testFaults('single');
