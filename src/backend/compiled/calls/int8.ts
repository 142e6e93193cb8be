// The call `gemmInt8`, for networks whose weights are stored in int8.
import type { Backend } from '../../contract.js';
import { KERNEL } from '../../numbers.js';
import { addCalls } from '../compiled.js';

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends Pick<Backend, 'gemmInt8'> {}
}

addCalls<'gemmInt8'>({
  gemmInt8({ m, n, k, accumulate }, a, b, c) {
    const { args } = this.tools;
    args.begin();
    const aAt = args.matrix(a, m, k);
    const bAt = args.matrix(b, n, Math.ceil(k / 4), 'int32');
    const scalesAt = args.span(b.scales, n);
    const cAt = args.matrix(c, m, n);
    args.put(m);
    args.put(n);
    args.put(k);
    args.putFlag(accumulate);
    args.put(aAt);
    args.put(a.stride);
    args.put(bAt);
    args.put(b.stride * 4);
    args.put(scalesAt);
    args.put(cAt);
    args.put(c.stride);
    args.invoke(KERNEL.GEMM_INT8);
  },
});
