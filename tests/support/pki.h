// Certificate authorities and certificates for tests, made in memory: also those that no honest
// authority would issue. NOT FOR PRODUCTION. An authority is safe to use from one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace entente::testing {

struct IssuedCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateWish {
  std::vector<std::string> uris;   // URI subject alternative names
  int64_t from_seconds = -86'400;  // relative to now
  int64_t until_seconds = 86'400;
  std::string usage = "clientAuth,serverAuth";
};

class TestAuthority {
 public:
  // Self-signed, with a fresh P-256 key, valid ten years to both sides of now.
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();

  const std::string& certificate_pem() const { return certificate_pem_; }
  IssuedCertificate Issue(const CertificateWish& wish) const;
  // What nearly every test wants: valid, one name.
  IssuedCertificate Issue(const std::string& uri) const { return Issue(CertificateWish{{uri}}); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string certificate_pem_;
};

// A folder below the system's temporary folder; removed with all in it when this dies.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& parent = "");  // else where the system has them
  ~TemporaryFolder();
  const std::string& path() const { return path_; }
  // Writes a file with that mode and gives its path.
  std::string Write(const std::string& name, const std::string& content, int mode = 0600) const;

 private:
  std::string path_;
};

}  // namespace entente::testing
