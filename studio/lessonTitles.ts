// Which lessons there are, in their order: what the page shows before it loads one.
import type { Both } from './words.js';

export const LESSON_TITLES: readonly { id: string; title: Both }[] = [
  { id: 'language-model', title: { en: 'What a language model is', zh: '什么是语言模型' } },
  { id: 'state', title: { en: 'A state that counts', zh: '会计数的状态' } },
  { id: 'memory', title: { en: 'What gates are for', zh: '门的用处' } },
  { id: 'training', title: { en: 'One step of training', zh: '训练的一步' } },
];
