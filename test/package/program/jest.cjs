const { tensor } = require('unrolled');
const { Vocabulary } = require('unrolled/text');

test('the package in Jest', () => {
  expect(tensor([1, 2]).add(1).sum().item()).toBe(5);
  expect(typeof Vocabulary).toBe('function');
});
