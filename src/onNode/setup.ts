// Files, the native addon, a backend chosen at the first tensor, and what the console shows: whichever entry of the package comes first.
import { setNativeMaker } from '../backend/choose.js';
import { useBackendSync } from '../backend/chooseSync.js';
import { createNativeBackend } from '../backend/compiled/native.js';
import { nodePlatform } from '../platform/node/node.js';
import { showObjectsInConsole } from '../console.js';
import { useMixtures } from '../models/language/useMixtures.js';
import { shardingParts } from '../parallel/sharding.js';
import { setSharding } from '../parallel/shardingParts.js';
import { setPlatform } from '../platform/platform.js';
import { setDeviceFallback } from '../tensor/device.js';
import { showTensorsInConsole } from '../tensor/print.js';

setPlatform(nodePlatform);
setNativeMaker(createNativeBackend);
setDeviceFallback(() => useBackendSync());
showTensorsInConsole();
showObjectsInConsole();
useMixtures();
setSharding(shardingParts);
