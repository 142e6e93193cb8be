// The one door to the kernels: reads the arguments that TypeScript wrote as doubles, checks indices, runs the kernel.
// Compiled once for each instruction set. The numbers are those of src/backend/numbers.ts, the order of arguments that of src/backend/compiled/.
#include "copy.h"
#include "gemm.h"
#include "int8.h"
#include "parts.h"
#include "program.h"
#include "reduce.h"
#include "rows.h"
#include "sample.h"
#include "scan.h"
#include "softmax.h"

namespace UNROLLED_NS {

/** Reads arguments one by one. Addresses are byte offsets into the arena; 0 is null. */
struct Reader {
  char* base;
  const double* at;
  double number() { return *at++; }
  long whole() { return (long)*at++; }
  bool flag() { return *at++ != 0; }
  template <class T>
  T* pointer() {
    size_t offset = (size_t)*at++;
    return offset ? (T*)(base + offset) : nullptr;
  }
};

static int badIndexFound(Context* x, long position, long index, long limit) {
  x->args[0] = (double)position;
  x->args[1] = (double)index;
  x->args[2] = (double)limit;
  return STATUS_BAD_INDEX;
}

static int callMap(Context* x, Reader& in) {
  Operand operands[MAX_OPERANDS];
  ProgramCall call;
  long rows = in.whole(), cols = in.whole();
  call.code = in.pointer<const Instruction>();
  call.length = in.whole();
  call.operandCount = (int)in.whole();
  call.key.key0 = (uint32_t)in.number();
  call.key.key1 = (uint32_t)in.number();
  call.key.call = (uint32_t)in.number();
  call.key.step = 0;
  for (int i = 0; i < call.operandCount; i++) {
    Operand& o = operands[i];
    o.p = in.pointer<float>();
    o.rowStride = in.whole();
    o.colStride = (int)in.whole();
    o.indices = in.pointer<const int32_t>();
    o.shift = 0;
    long limit = in.whole();
    if (!o.indices) continue;
    long bad = badIndex(o.indices, rows, limit);
    if (bad >= 0) return badIndexFound(x, bad, o.indices[bad], limit);
  }
  call.operands = operands;
  call.grouped = false;
  call.uniforms = in.at;
  runProgram(x->pool, call, rows, cols);
  return STATUS_DONE;
}

static int callScan(Context* x, Reader& in) {
  Scan s;
  s.steps = in.whole();
  s.rows = in.whole();
  s.stageCount = (int)in.whole();
  s.operandCount = (int)in.whole();
  s.activeRows = in.pointer<const int32_t>();
  s.key.key0 = (uint32_t)in.number();
  s.key.key1 = (uint32_t)in.number();
  s.key.call = (uint32_t)in.number();
  s.key.step = 0;
  s.grouped = false;
  s.countDown = in.flag();
  s.firstStep = in.whole();
  ScanTimes times = {};
  s.times = in.flag() ? &times : nullptr;
  const int32_t* tables[MAX_TABLES];
  for (int i = 0; i < MAX_TABLES; i++) tables[i] = in.pointer<const int32_t>();
  if (s.stageCount > MAX_STAGES || s.operandCount > MAX_SCAN_OPERANDS) return STATUS_TOO_LARGE;
  for (int i = 0; i < s.operandCount; i++) {
    ScanOperand& o = s.operands[i];
    o.p = in.pointer<float>();
    o.rowStride = in.whole();
    o.colStride = (int)in.whole();
    o.stepStride = in.whole();
    o.indices = in.pointer<const int32_t>();
    o.limit = in.whole();
    o.indexStep = in.whole();
    int table = (int)in.whole();
    o.table = table < 0 ? nullptr : tables[table & (MAX_TABLES - 1)];
    o.shift = in.flag() ? GROUP_SHIFT : 0;
    if (o.shift) s.grouped = true;
  }
  for (int i = 0; i < s.stageCount; i++) {
    ScanStage& t = s.stages[i];
    t.kind = (int)in.whole();
    if (t.kind == STAGE_ROW_SUM) {
      t.a = (int)in.whole();
      t.c = (int)in.whole();
      t.cols = in.whole();
      t.length = 2;
    } else if (t.kind == STAGE_PRODUCT) {
      t.a = (int)in.whole();
      t.b = (int)in.whole();
      t.c = (int)in.whole();
      t.n = in.whole();
      t.k = in.whole();
      t.transB = in.flag();
      t.add = in.flag();
      t.packed = in.pointer<float>();
      t.panels = in.pointer<const float>();
      t.scales = (int)in.whole();
    } else {
      t.code = in.pointer<const Instruction>();
      t.length = in.whole();
      t.cols = in.whole();
      t.operandCount = (int)in.whole();
      t.operands = in.at;
      in.at += t.operandCount;
    }
  }
  s.uniforms = in.at;
  double bad[3];
  if (!scanIndicesFit(s, bad)) return badIndexFound(x, (long)bad[0], (long)bad[1], (long)bad[2]);
  runScan(x->pool, s);
  if (s.times) *(ScanTimes*)x->args = times;
  return STATUS_DONE;
}

static int callGemm(Context* x, Reader& in) {
  Gemm g;
  g.m = in.whole();
  g.n = in.whole();
  g.k = in.whole();
  g.transA = in.flag();
  g.transB = in.flag();
  g.add = in.flag();
  g.a.p = in.pointer<float>();
  g.a.stride = in.whole();
  g.b.p = in.pointer<float>();
  g.b.stride = in.whole();
  g.c.p = in.pointer<float>();
  g.c.stride = in.whole();
  float* workspace = in.pointer<float>();
  g.panels = in.pointer<const float>();
  gemm(x->pool, g, workspace);
  return STATUS_DONE;
}

static int callGemmInt8(Context* x, Reader& in) {
  Int8Product g;
  g.m = in.whole();
  g.n = in.whole();
  g.k = in.whole();
  g.add = in.flag();
  g.a = in.pointer<const float>();
  g.aStride = in.whole();
  g.b = in.pointer<const int8_t>();
  g.bStride = in.whole();
  g.scales = in.pointer<const float>();
  g.c = in.pointer<float>();
  g.cStride = in.whole();
  int8Product(x->pool, g);
  return STATUS_DONE;
}

static int callCrossEntropy(Context* x, Reader& in, bool gradient) {
  long rows = in.whole(), cols = in.whole(), ignore = in.whole();
  const float* logits = in.pointer<float>();
  const int32_t* targets = in.pointer<int32_t>();
  long bad = badIndex(targets, rows, cols, &ignore);
  if (bad >= 0) return badIndexFound(x, bad, targets[bad], cols);
  if (gradient) {
    const float* logSumExp = in.pointer<float>();
    const float* dLoss = in.pointer<float>();
    long stride = in.whole();
    crossEntropyGrad(x->pool, rows, cols, (int)ignore, logits, targets, logSumExp, dLoss, stride, in.pointer<float>());
  } else {
    float* loss = in.pointer<float>();
    crossEntropy(x->pool, rows, cols, (int)ignore, logits, targets, loss, in.pointer<float>());
  }
  return STATUS_DONE;
}

static int callRows(Context* x, Reader& in, bool add) {
  long rows = in.whole(), cols = in.whole(), limit = in.whole();
  int32_t* from = in.pointer<int32_t>();
  long fromStride = in.whole();
  const int32_t* indices = in.pointer<int32_t>();
  int32_t* to = in.pointer<int32_t>();
  long toStride = in.whole();
  long bad = badIndex(indices, rows, limit);
  if (bad >= 0) return badIndexFound(x, bad, indices[bad], limit);
  if (add) scatterAdd(x->pool, rows, cols, (float*)from, fromStride, indices, (float*)to, toStride);
  else gather(x->pool, rows, cols, from, fromStride, indices, to, toStride);
  return STATUS_DONE;
}

/** Parts of rows, which come last. */
static Parts partsOf(Reader& in) {
  Parts parts;
  parts.steps = in.whole();
  parts.rows = in.whole();
  parts.count = in.whole();
  parts.cuts = in.at;
  return parts;
}

static int callGemmInParts(Context* x, Reader& in) {
  Gemm g;
  g.m = in.whole();
  g.n = in.whole();
  g.a.p = in.pointer<float>();
  g.a.stride = in.whole();
  g.b.p = in.pointer<float>();
  g.b.stride = in.whole();
  g.c.p = in.pointer<float>();
  g.c.stride = in.whole();
  float* workspace = in.pointer<float>();
  long floats = in.whole();
  gemmInParts(x->pool, g, partsOf(in), workspace, floats);
  return STATUS_DONE;
}

static int callScatterInParts(Context* x, Reader& in) {
  long cols = in.whole(), limit = in.whole();
  const float* source = in.pointer<float>();
  long stride = in.whole();
  const int32_t* indices = in.pointer<int32_t>();
  float* table = in.pointer<float>();
  long tableStride = in.whole();
  int32_t* begins = in.pointer<int32_t>();
  PartRow* sorted = in.pointer<PartRow>();
  const Parts parts = partsOf(in);
  long bad = badIndex(indices, parts.steps * parts.rows, limit);
  if (bad >= 0) return badIndexFound(x, bad, indices[bad], limit);
  scatterInParts(x->pool, parts, cols, limit, source, stride, indices, table, tableStride, begins, sorted);
  return STATUS_DONE;
}

static int callFill(Context* x, Reader& in) {
  int32_t* out = in.pointer<int32_t>();
  long length = in.whole();
  bool whole = in.flag();
  union {
    int32_t word;
    float number;
  } value;
  if (whole) value.word = (int32_t)in.number();
  else value.number = (float)in.number();
  fillWords(x->pool, out, length, value.word);
  return STATUS_DONE;
}

/** draws[position] decides; the index goes to `token` and to list[position], and position moves on. */
static int callSample(Context* x, Reader& in) {
  Sampling s;
  s.cols = in.whole();
  s.from = in.whole();
  s.temperature = (float)in.number();
  s.topK = in.whole();
  s.topP = in.number();
  long room = in.whole();
  float* logits = in.pointer<float>();
  const float* draws = in.pointer<const float>();
  int32_t* position = in.pointer<int32_t>();
  int32_t* token = in.pointer<int32_t>();
  int32_t* list = in.pointer<int32_t>();
  int32_t* heap = in.pointer<int32_t>();
  if (*position < 0 || *position >= room) return badIndexFound(x, 0, *position, room);
  *token = list[*position] = sampleIndex(s, logits, draws[*position], heap);
  ++*position;
  return STATUS_DONE;
}

static int runKernel(Context* x, int kernel, const double* arguments) {
  Reader in = {x->base, arguments};
  switch (kernel) {
    case KERNEL_INFO:
      x->args[INFO_CALLS_VERSION] = CALLS_VERSION;
      x->args[INFO_PANEL] = NR;
      x->args[INFO_WORKSPACE] = WORKSPACE;
      x->args[INFO_ROW_PANEL] = ROW_PANEL;
      return STATUS_DONE;
    case KERNEL_GEMM: return callGemm(x, in);
    case KERNEL_PACK: {
      const float* b = in.pointer<const float>();
      long stride = in.whole();
      bool trans = in.flag();
      long n = in.whole(), k = in.whole();
      packForRow(b, stride, trans, n, k, in.pointer<float>());
      return STATUS_DONE;
    }
    case KERNEL_GEMM_INT8: return callGemmInt8(x, in);
    case KERNEL_MAP: return callMap(x, in);
    case KERNEL_REDUCE: {
      int op = (int)in.whole();
      bool overRows = in.flag();
      long rows = in.whole(), cols = in.whole();
      bool add = in.flag();
      const float* from = in.pointer<float>();
      long stride = in.whole();
      reduce(x->pool, op, overRows, rows, cols, from, stride, in.pointer<float>(), add);
      return STATUS_DONE;
    }
    case KERNEL_SOFTMAX: {
      long rows = in.whole(), cols = in.whole();
      bool log = in.flag();
      const float* from = in.pointer<float>();
      softmax(x->pool, rows, cols, log, from, in.pointer<float>());
      return STATUS_DONE;
    }
    case KERNEL_CROSS_ENTROPY: return callCrossEntropy(x, in, false);
    case KERNEL_CROSS_ENTROPY_GRAD: return callCrossEntropy(x, in, true);
    case KERNEL_GATHER: return callRows(x, in, false);
    case KERNEL_SCATTER_ADD: return callRows(x, in, true);
    case KERNEL_COPY: {
      Copy c;
      c.axes = (int)in.whole();
      for (int i = 0; i < c.axes; i++) {
        c.shape[i] = in.whole();
        c.in[i] = in.whole();
        c.out[i] = in.whole();
      }
      const int32_t* from = in.pointer<int32_t>();
      copyStrided(x->pool, c, from, in.pointer<int32_t>());
      return STATUS_DONE;
    }
    case KERNEL_GEMM_IN_PARTS: return callGemmInParts(x, in);
    case KERNEL_SUM_IN_PARTS: {
      long cols = in.whole();
      const float* from = in.pointer<float>();
      long stride = in.whole();
      float* to = in.pointer<float>();
      sumInParts(x->pool, partsOf(in), cols, from, stride, to);
      return STATUS_DONE;
    }
    case KERNEL_SCATTER_IN_PARTS: return callScatterInParts(x, in);
    case KERNEL_SCAN: return callScan(x, in);
    case KERNEL_FILL: return callFill(x, in);
    case KERNEL_SAMPLE: return callSample(x, in);
  }
  return STATUS_UNKNOWN;
}

/** Recorded calls, one after another: number, count of arguments, arguments. All of them, `times` times. */
static int callRepeat(Context* x, Reader& in) {
  const double* list = in.pointer<const double>();
  long length = in.whole(), times = in.whole();
  for (long i = 0; i < times; i++)
    for (const double *at = list, *end = list + length; at < end; at += 2 + (long)at[1]) {
      int status = runKernel(x, (int)at[0], at + 2);
      if (status != STATUS_DONE) return status;
    }
  return STATUS_DONE;
}

int invokeKernel(Context* x, int kernel) {
  Reader in = {x->base, x->args};
  return kernel == KERNEL_REPEAT ? callRepeat(x, in) : runKernel(x, kernel, x->args);
}

}  // namespace UNROLLED_NS
