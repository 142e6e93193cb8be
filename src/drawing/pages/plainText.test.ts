// Formulas and Markdown in a terminal.
import { expect, it } from 'vitest';
import { formulaText, plainText } from './plainText.js';

it.each([
  ['h_t = \\tanh(w h_{t-1} + u x_t)', 'h_t = tanh(w h_(t−1) + u x_t)'],
  ['\\tfrac12 (h_T - y)^2', '1/2 (h_T − y)²'],
  ['\\hat P(x) = \\dfrac{n(x) + \\epsilon / m}{n + \\epsilon}', 'P̂(x) = (n(x) + ϵ/m)/(n + ϵ)'],
  ['P(x_1) \\prod_t P(x_t \\mid x_{t-1})', 'P(x₁) ∏_t P(x_t ∣ x_(t−1))'],
  ['-\\log p_k', '−log p_k'],
  ['p - \\mathrm{onehot}(k)', 'p − onehot(k)'],
  ['1.2^{40} \\approx 1{,}470', '1.2⁴⁰ ≈ 1,470'],
  ['0.9^{-20}', '0.9⁻²⁰'],
  ['w^{T-t} h_{t-1}', 'w^(T−t) h_(t−1)'],
  ['C_t = f C_{t-1} + i \\tilde C_t', 'C_t = f C_(t−1) + i C̃_t'],
  ["c' = f c + i g", 'c′ = f c + i g'],
  ['\\sigma(\\pm w / 2)', 'σ(±w/2)'],
  ['\\lfloor (35 - 1) / 5 \\rfloor = 6', '⌊(35 − 1)/5⌋ = 6'],
  ['\\dfrac{2 \\cdot \\text{hits}}{\\text{said} + \\text{true}}', '(2 ⋅ hits)/(said + true)'],
  ['\\log_{10} 0.6 \\approx -0.22', 'log₁₀ 0.6 ≈ −0.22'],
  ['\\sqrt 9 = 3', '√9 = 3'],
  ['\\binom{20}{10} / 2^{20}', '(20 C 10)/2²⁰'],
  ['W_{xh}^\\top', 'W_xhᵀ'],
  ['\\nonsense{', '\\nonsense{'],
])('%s is %s', (latex, text) => {
  expect(formulaText(latex)).toBe(text);
});

it('takes the marks from Markdown, and leaves code alone', () => {
  expect(plainText('The *weights* $W_{xh}$ times `x * y * z`')).toBe('The weights W_xh times `x * y * z`');
});
