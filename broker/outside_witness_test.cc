// Witnesses that are asked over HTTP: what each of their answers leads to.
#include "broker/outside_witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/witness_fixture.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

testing::FederationOptions TwoOfTwo() {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu", "BR.fiu"};
  options.quorum = 2;
  return options;
}

// A true witness, and an answer that it may be made to give.
struct Site {
  explicit Site(EngineFixture& f, const std::string& agency)
      : witness(*audit::Witness::Open(f.federation.WitnessKey(agency).name(),
                                      f.federation.witness(agency).Clone(),
                                      {f.federation.genesis()->checkpoint}, memory, clock)) {}

  absl::StatusOr<HttpReply> Post(const std::string& url, const std::string& body) {
    urls.push_back(url);
    old_sizes.push_back(audit::ParseAddCheckpoint(body)->old_size);
    if (says) return *says;
    const audit::HttpAnswer answer = audit::ToHttp(witness->Add(body));
    return HttpReply{answer.status, std::string(answer.content_type), answer.body};
  }

  audit::FakeMemory memory;
  audit::HandClock clock;
  std::unique_ptr<audit::Witness> witness;
  std::optional<absl::StatusOr<HttpReply>> says;
  std::vector<std::string> urls;
  std::vector<uint64_t> old_sizes;
};

class OutsideWitnessTest : public ::testing::Test {
 protected:
  OutsideWitnessTest() {
    auto opened = Cosigning::Open(*f.engine, f.store);
    EXPECT_TRUE(opened.ok()) << opened.status();
    cosigning = *std::move(opened);
    france = Ask("FR.fiu", fr);
  }
  std::unique_ptr<OutsideWitness> Ask(const std::string& agency, Site& site) {
    return std::make_unique<OutsideWitness>(
        *cosigning, WitnessAddress{f.federation.WitnessKey(agency).Text(), "http://w/" + agency},
        [&site](const std::string& url, const std::string& body) { return site.Post(url, body); },
        OutsideWitness::Say{[this](const std::string& line) { warnings.push_back(line); },
                            [this](const std::string& line) { errors.push_back(line); }});
  }
  uint64_t Size() const { return f.engine->LatestCheckpoint().head.size; }
  void Grow() {
    v1::PairHead head;
    head.set_log_origin(f.federation.log_origin());
    head.set_origin("FR.fiu");
    head.set_recipient("BR.fiu");
    head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
    ASSERT_TRUE(f.Submit(PairHeadSubmission(f, "FR.fiu", head, ++number_), "FR.fiu").ok());
  }
  void Turn(OutsideWitness& witness) {
    f.now = f.now + kRoundMs;
    fr.clock.Set(f.now.ms / limits::kSecondMs);
    br.clock.Set(f.now.ms / limits::kSecondMs);
    witness.Turn(f.now);
  }
  // What it says, once, to this answer.
  std::string SaidTo(absl::StatusOr<HttpReply> reply, std::vector<std::string>& lines) {
    fr.says = std::move(reply);
    f.now = f.now + kWitnessPauseMs;
    lines.clear();
    Turn(*france);
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? "" : lines.front();
  }
  static HttpReply Text(long status, std::string body) {
    return {status, "text/plain; charset=utf-8", std::move(body)};
  }

  EngineFixture f{TwoOfTwo()};
  std::vector<std::string> warnings, errors;
  Site fr{f, "FR.fiu"}, br{f, "BR.fiu"};
  std::unique_ptr<Cosigning> cosigning;
  std::unique_ptr<OutsideWitness> france;

 private:
  uint64_t number_ = 0;
};

TEST_F(OutsideWitnessTest, TheirCosignaturesMakeAQuorum) {
  const auto brazil = Ask("BR.fiu", br);
  Turn(*france);
  EXPECT_EQ(cosigning->Witnessed(), "");
  Turn(*brazil);
  EXPECT_EQ(cosigning->WitnessedLevel()->size, Size());
  EXPECT_THAT(fr.urls, ElementsAre("http://w/FR.fiu/add-checkpoint"));
  const uint64_t first = Size();
  Grow();
  Turn(*france);
  Turn(*france);  // nothing more to ask in this round
  Turn(*brazil);
  EXPECT_EQ(cosigning->WitnessedLevel()->size, Size());
  EXPECT_THAT(fr.old_sizes, ElementsAre(0u, first));
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_THAT(errors, IsEmpty());
}

// As after a restart of the broker, which does not keep what they hold.
TEST_F(OutsideWitnessTest, TheSizeThatItHoldsIsTakenFromItsAnswer) {
  Turn(*france);
  const uint64_t first = Size();
  for (int i = 0; i < 3; ++i) Grow();
  france = Ask("FR.fiu", fr);
  fr.old_sizes.clear();
  Turn(*france);
  EXPECT_THAT(fr.old_sizes, ElementsAre(0u, first));
  EXPECT_THAT(warnings, IsEmpty());
  Turn(*Ask("BR.fiu", br));
  EXPECT_EQ(cosigning->WitnessedLevel()->size, Size());
}

TEST_F(OutsideWitnessTest, AfterAFailureItIsLeftAloneForAWhileAndThatIsSaidOnce) {
  fr.says = absl::UnavailableError("nobody listens");
  for (int i = 0; i < 24; ++i) Turn(*france);  // two minutes
  EXPECT_EQ(fr.urls.size(), 4u);
  EXPECT_THAT(warnings, ElementsAre("the witness at http://w/FR.fiu: nobody listens"));
  fr.says.reset();
  f.now = f.now + kWitnessPauseMs;
  Turn(*france);
  Turn(*Ask("BR.fiu", br));
  EXPECT_EQ(cosigning->WitnessedLevel()->size, Size());
}

TEST_F(OutsideWitnessTest, WhatItRefusesIsSaidInPlainWords) {
  EXPECT_THAT(SaidTo(Text(403, "no key\n"), warnings), HasSubstr("holds another key of this log"));
  EXPECT_THAT(SaidTo(Text(404, "what log\x1b[2J\n"), warnings),
              AllOf(HasSubstr("does not know this log"), HasSubstr("what log<U+001B>")));
  EXPECT_THAT(SaidTo(Text(503, "disk\n"), warnings), HasSubstr("cannot cosign now"));
  EXPECT_THAT(SaidTo(Text(301, ""), warnings), HasSubstr("no answer of a witness"));
  EXPECT_THAT(SaidTo(Text(409, "7\n"), warnings), HasSubstr("but not which"));
  for (const char* size : {"", "7", "07\n", "+7\n", "7 \n", "-1\n", "99999999999999999999\n"}) {
    fr.says.reset();
    EXPECT_THAT(SaidTo(HttpReply{409, "text/x.tlog.size", size}, warnings),
                HasSubstr("but not which"))
        << size;
    warnings.clear();
    SaidTo(Text(503, ""), warnings);  // so that the same is said again
  }
  EXPECT_THAT(SaidTo(Text(422, "proof\n"), errors), HasSubstr("is not how this log began"));
  EXPECT_EQ(cosigning->Witnessed(), "");
}

TEST_F(OutsideWitnessTest, AnotherTreeOfTheSameSizeIsAnError) {
  EXPECT_THAT(SaidTo(HttpReply{409, "text/x.tlog.size", "0\n"}, errors),
              HasSubstr("another tree of size 0"));
}

TEST_F(OutsideWitnessTest, ALongerLogThanThisOneIsAnError) {
  const std::string larger = std::to_string(Size() + 1) + "\n";
  EXPECT_THAT(SaidTo(HttpReply{409, "text/x.tlog.size", larger}, errors),
              AllOf(HasSubstr("says that it cosigned this log at size"),
                    HasSubstr("put back from an older copy")));
}

TEST_F(OutsideWitnessTest, WhatIsNoCosignatureOfItsOwnCountsForNothing) {
  Turn(*Ask("BR.fiu", br));
  const auto line = audit::SignatureLine(
      audit::CosignNote("another text\n", f.federation.WitnessKey("FR.fiu").name(), 1'800'000'000,
                        f.federation.witness("FR.fiu")));
  EXPECT_THAT(SaidTo(Text(200, line), warnings), HasSubstr("did not answer with its cosignature"));
  EXPECT_THAT(SaidTo(Text(200, "<html>\n"), warnings), HasSubstr("did not answer with its"));
  EXPECT_EQ(cosigning->Witnessed(), "");
}

TEST_F(OutsideWitnessTest, OneOfNoQuorumIsNotAsked) {
  f.federation.WitnessKey("FR.fiu");
  OutsideWitness stranger(
      *cosigning,
      WitnessAddress{audit::VerifierKey::Create("stranger.test", audit::NoteKeyType::kCosignatureV1,
                                                f.federation.note_key().public_key())
                         ->Text(),
                     "http://w/stranger"},
      [this](const std::string& url, const std::string& body) { return fr.Post(url, body); },
      {[this](const std::string& line) { warnings.push_back(line); },
       [this](const std::string& line) { errors.push_back(line); }});
  stranger.Turn(f.now);
  EXPECT_THAT(fr.urls, IsEmpty());
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("no witness of the quorum")));
}

}  // namespace
}  // namespace entente::broker
