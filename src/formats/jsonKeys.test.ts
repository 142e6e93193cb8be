import { describe, expect, it } from 'vitest';
import { jsonFault } from './jsonKeys.js';

describe('jsonFault', () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":["a","a"]}', null],
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061" : 2}', 'a'],
    ['{"a":"a","b":"\\"a\\": 1, \\"a\\": 2"}', null],
    ['[{"x":1},{"x":1}]', null],
    ['{"a":{"k":1,"k\\\\":2,"k":3}}', 'k'],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\'],
    ['{"":1,"":2}', ''],
    ['{"a":[{"b":1}],"b":2,"a":3}', 'a'],
    ['{"a":1', null],
    ['"a', null],
    ['{"\\x":1,"\\x":2}', '"\\x"'],
  ])('of %s is %j', (json, key) => {
    expect(jsonFault(json, 10)).toEqual(key === null ? null : { kind: 'twice', key });
  });

  it('counts brackets within each other, not beside each other or in strings', () => {
    expect(jsonFault('{"a":[[1],[2]],"b":"[[[["}', 3)).toBeNull();
    expect(jsonFault('{"a":[[1],[2]]}', 2)).toEqual({ kind: 'deep' });
  });
});
