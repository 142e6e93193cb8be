// The known data sets, as data. Sizes and checksums are of the unpacked files.
import type { Dataset, DatasetFile } from './datasets.js';

const POETRY = 'https://raw.githubusercontent.com/chinese-poetry/chinese-poetry/99ebbef7e1345c0985c44b9fd96a3f9e776f117b/';
const POETRY_LICENCE = 'MIT (collection); texts in the public domain';

/** [file, bytes, sha256] */
const TANG: [string, number, string][] = [
  ['poet.tang.0.json', 408405, '4f88f429938082523cdc72a1612bd7a7c3e3f7a33f8192c61ae51340efc3c92d'],
  ['poet.tang.1000.json', 477519, '6e703b8d8dcedbd6110f6d48d043665ca2131db2035a5bfcef5e59a19aeb6d75'],
  ['poet.tang.2000.json', 417948, 'e28efa7e2ae9cdbbba09f0ed186e32ccae47a325ad1e5816b7ad56071c1665a'],
  ['poet.tang.3000.json', 453811, '9e4ba2323752b6b9fbdba875cdbc6a26636fe0cabc85fd066370d4915952001f'],
  ['poet.tang.4000.json', 488655, 'b8a7946c879b9658a6c667a4c55f776fae7e5e00a17789ab06b274c1429afc66'],
  ['poet.tang.5000.json', 467225, 'a0306e6962cff01639ad9a00b042a201b8dec1f30fa5d768a7b112589887861e'],
  ['poet.tang.6000.json', 470031, '982a21d2b15922b406911f1c825785054314c686da86b2155d7aebb362d22771'],
  ['poet.tang.7000.json', 474558, 'a6fb69d7b4343c904dc56ae5aae34facc2478d196b51c37ceba9d1e2f171b342'],
  ['poet.tang.8000.json', 574248, 'ac3848e95b02736168003863795de4474838c2d6a71a24ca2a4a280ea5177773'],
  ['poet.tang.9000.json', 476882, 'b99d6596e3a1fe1a661652383083f92d196b8baf4e461d087081d5e1e1b7a51f'],
];
