// Ranks over MPI, as an addon of its own: `init()` → a link (link.h), `finalize()`, `abort(status)`. MPI's own sums are in an order
// that is left to it, so each rank gets its part of all blocks, adds them in the fixed tree, and gives the sum to all.
#include <mpi.h>
#include <time.h>

#include <climits>

#include "link.h"

namespace {

/** Bytes that go into one message of MPI: counts are int. */
constexpr size_t MOST = (size_t)1 << 28;
/** Between two looks at a sum beside a computation: at 10 Gbit/s 60 KB come meanwhile, which the system keeps. */
constexpr long PAUSE_NANOSECONDS = 50000;

class MpiRanks : public RankLink {
 public:
  MpiRanks() {
    MPI_Comm_dup(MPI_COMM_WORLD, &world_);
    MPI_Comm_set_errhandler(world_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(world_, &rank_);
    MPI_Comm_size(world_, &size_);
    MPI_Comm machine;
    int onMachine = size_, fewest = 1;
    if (MPI_Comm_split_type(world_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine) == MPI_SUCCESS) {
      MPI_Comm_size(machine, &onMachine);
      MPI_Comm_free(&machine);
    }
    if (MPI_Allreduce(&onMachine, &fewest, 1, MPI_INT, MPI_MIN, world_) == MPI_SUCCESS) overlaps_ = fewest < size_;
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::string gather(const char* bytes, size_t count, std::vector<std::string>& all) override {
    std::vector<uint64_t> counts(size_);
    const uint64_t own = count;
    if (failed(MPI_Allgather(&own, 1, MPI_UINT64_T, counts.data(), 1, MPI_UINT64_T, world_))) return failure();
    all.assign(size_, std::string());
    for (int r = 0; r < size_; r++) all[r].resize(counts[r]);
    uint64_t longest = 0;
    for (uint64_t n : counts) longest = n > longest ? n : longest;
    const size_t piece = MOST / size_;
    std::vector<int> lengths(size_), places(size_);
    std::string got;
    for (size_t from = 0; from < longest; from += piece) {
      int total = 0;
      for (int r = 0; r < size_; r++) {
        lengths[r] = counts[r] <= from ? 0 : (int)(counts[r] - from < piece ? counts[r] - from : piece);
        places[r] = total;
        total += lengths[r];
      }
      got.resize(total);
      const void* mine = lengths[rank_] ? bytes + from : nullptr;
      if (failed(MPI_Allgatherv(mine, lengths[rank_], MPI_BYTE, &got[0], lengths.data(), places.data(), MPI_BYTE, world_)))
        return failure();
      for (int r = 0; r < size_; r++)
        if (lengths[r]) memcpy(&all[r][from], got.data() + places[r], lengths[r]);
    }
    return "";
  }

  std::string sum(RankSum& sum) override { return sum.isDouble ? sumOf<double>(sum) : sumOf<float>(sum); }

  void fail(const char*) override {}
  bool overlaps() const override { return overlaps_; }

 private:
  /** Two calls of MPI for each piece; the message goes with the first. */
  template <typename T>
  std::string sumOf(RankSum& sum) {
    const int mine = (int)sum.blocks.size();
    int most = 1;
    for (int r = 0; r < size_; r++) most = std::max(most, blocksOf(sum.plan, r));
    const size_t piece = std::max<size_t>(1, MOST / sizeof(T) / most / size_);
    const SumTree tree(sum.plan);
    std::vector<char> sent, got;
    std::vector<T> part, all;
    std::vector<int> out(size_), outAt(size_), in(size_), inAt(size_), parts(size_), partAt(size_);
    for (size_t from = 0; from == 0 || from < sum.length(); from += piece) {
      const size_t count = std::min(piece, sum.length() - from);
      const size_t told = from == 0 ? sum.messageBytes : 0;
      const auto begin = [&](int r) { return count * r / size_; };
      const size_t width = begin(rank_ + 1) - begin(rank_);
      sent.clear();
      int total = 0;
      for (int r = 0; r < size_; r++) {
        const size_t bytes = (begin(r + 1) - begin(r)) * sizeof(T);
        parts[r] = (int)bytes;
        partAt[r] = (int)(begin(r) * sizeof(T));
        out[r] = (int)(told + mine * bytes);
        outAt[r] = (int)sent.size();
        sent.insert(sent.end(), sum.message, sum.message + told);
        for (int b = 0; b < mine; b++)
          sum.eachRun(from + begin(r), from + begin(r + 1), [&](size_t i, size_t offset, size_t, size_t length) {
            const char* run = reinterpret_cast<const char*>(sum.at<T>(b, i, offset));
            sent.insert(sent.end(), run, run + length * sizeof(T));
          });
        in[r] = (int)(told + blocksOf(sum.plan, r) * width * sizeof(T));
        inAt[r] = total;
        total += in[r];
      }
      got.resize(total);
      part.resize(width);
      all.resize(count);
      MPI_Request begun;
      if (failed(MPI_Ialltoallv(sent.data(), out.data(), outAt.data(), MPI_BYTE, got.data(), in.data(), inAt.data(), MPI_BYTE, world_,
                                &begun)) ||
          failed(ended(begun, sum.isOverlapped)))
        return failure();
      if (from == 0)
        for (int r = 0; r < size_; r++) sum.messages.push_back(std::string(got.data() + inAt[r], told));
      tree.add<T>(width, part.data(), [&](int r, int b) {
        return reinterpret_cast<const T*>(got.data() + inAt[r] + told) + b * width;
      });
      if (failed(MPI_Iallgatherv(part.data(), (int)(width * sizeof(T)), MPI_BYTE, all.data(), parts.data(), partAt.data(), MPI_BYTE, world_,
                                 &begun)) ||
          failed(ended(begun, sum.isOverlapped)))
        return failure();
      sum.eachRun(from, from + count, [&](size_t i, size_t offset, size_t at, size_t length) {
        memcpy(sum.at<T>(0, i, offset), all.data() + (at - from), length * sizeof(T));
      });
    }
    return "";
  }

  /** Waits for what was begun: with pauses, where this process computes meanwhile and nothing else waits for it. */
  int ended(MPI_Request& begun, bool isOverlapped) {
    int code = MPI_SUCCESS, isDone = 0;
    while (isOverlapped && !order.isAwaited() && code == MPI_SUCCESS && !isDone) {
      code = MPI_Test(&begun, &isDone, MPI_STATUS_IGNORE);
      const struct timespec pause = {0, PAUSE_NANOSECONDS};
      if (!isDone) nanosleep(&pause, nullptr);
    }
    return isDone || code != MPI_SUCCESS ? code : MPI_Wait(&begun, MPI_STATUS_IGNORE);
  }

  bool failed(int code) {
    code_ = code;
    return code != MPI_SUCCESS;
  }

  std::string failure() const {
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(code_, text, &length);
    return std::string(text, length);
  }

  MPI_Comm world_;
  int rank_ = 0, size_ = 1, code_ = MPI_SUCCESS;
  /** Where ranks are on several hosts: on one, a sum wants the cores that compute. */
  bool overlaps_ = false;
};

MpiRanks* joined = nullptr;

napi_value init(napi_env env, napi_callback_info) {
  if (!joined) {
    int provided = 0, begun = 0;
    MPI_Initialized(&begun);
    if (!begun && MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided) != MPI_SUCCESS)
      return rankError(env, "MPI does not start");
    if (!begun && provided < MPI_THREAD_SERIALIZED) return rankError(env, "this MPI does not work with threads");
    joined = new MpiRanks;
  }
  return objectOfLink(env, joined);
}

/** Waits until all ranks are here. */
napi_value finalize(napi_env, napi_callback_info) {
  int ended = 0;
  MPI_Finalized(&ended);
  if (joined && !ended) MPI_Finalize();
  return nullptr;
}

/** Ends all ranks. */
napi_value abort(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value args[1];
  int32_t status = 1;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  if (count > 0) napi_get_value_int32(env, args[0], &status);
  if (joined) MPI_Abort(MPI_COMM_WORLD, status);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"init", nullptr, init, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"finalize", nullptr, finalize, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"abort", nullptr, abort, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, 3, functions);
  return exports;
}
