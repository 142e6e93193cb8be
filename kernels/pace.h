// Whether threads pay. Beside busy neighbours the system sets threads aside for milliseconds, and whoever waits for one of them is
// slower than a thread that does all by itself. So what kernels lose by sharing is added up; where that is too much, they have one
// thread for a while, and for longer and longer while nothing gets better.
#pragma once

class Pace {
 public:
  /** Whether the next kernel shall have one thread; `now` is asked only where that is open. */
  template <class Clock>
  bool rests(Clock now) {
    if (resting_ && now() >= until_) resting_ = false;
    return resting_;
  }

  /** A kernel took `seconds`, and one thread would have needed about `alone`. Returns true where a rest begins. */
  bool note(double now, double seconds, double alone) {
    lost_ += seconds - alone;
    if (lost_ < 0) lost_ = 0;
    if (lost_ < PATIENCE) return false;
    lost_ = 0;
    bool again = now - until_ < AGAIN * rest_;
    rest_ = again ? rest_ * 2 : SHORTEST;
    if (rest_ > LONGEST) rest_ = LONGEST;
    until_ = now + rest_;
    resting_ = true;
    return true;
  }

 private:
  // In seconds; AGAIN in rests: who must rest so soon after the last one rests for longer.
  static constexpr double PATIENCE = 0.003, SHORTEST = 0.01, LONGEST = 1, AGAIN = 8;
  bool resting_ = false;
  double lost_ = 0, until_ = -1e9, rest_ = SHORTEST;
};
