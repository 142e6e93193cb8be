// What a training needs in shards or on several ranks, as one.
import { alikeBackend, copyFromFirst, requireAlike } from './agreement.js';
import { shardsFor } from './cut.js';
import type { Sharding } from './shardingParts.js';
import { ShardedGradients } from './shards.js';

export const shardingParts: Sharding = { alikeBackend, copyFromFirst, requireAlike, ShardedGradients, shardsFor };
