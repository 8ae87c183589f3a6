// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/sqlite.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "plugin/pool/query.h"
#include "plugin/runtime/file.h"

namespace tattle {
namespace {

constexpr int kBusyTimeoutMs = 5000;

std::int64_t Signed(std::uint64_t value) {
  return std::bit_cast<std::int64_t>(value);
}

bool IsNoSpace(int error_number) {
  // EFBIG is RLIMIT_FSIZE: to us no different from a full disk.
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

PoolFault FaultOf(int code, int error_number) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return PoolFault::kDiskFull;
    case SQLITE_IOERR:
      return IsNoSpace(error_number) ? PoolFault::kDiskFull : PoolFault::kSystem;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table or column that is not there: all our statements are literals
    case SQLITE_CONSTRAINT:
      return PoolFault::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return PoolFault::kBusy;
    case SQLITE_TOOBIG:
      return PoolFault::kRefused;
    default:
      return PoolFault::kSystem;
  }
}

std::string Advice(PoolFault fault) {
  switch (fault) {
    case PoolFault::kDiskFull:
      return "the disk is full, or the file has reached its bound: make room, or run tattle pool "
             "prune";
    case PoolFault::kCorrupt:
      return "the file is damaged: run tattle pool check, restore a copy, or move it away with its "
             "-wal file to begin anew";
    case PoolFault::kBusy:
      return "another process holds it: try again later";
    default:
      return "cannot be used";
  }
}

// UriOf is a file that does not change (SQLite, "Uniform Resource Identifiers", 3.3).
std::string UriOf(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '?':
        out += "%3f";
        break;
      case '#':
        out += "%23";
        break;
      default:
        out += c;
    }
  }
  return out + "?immutable=1";
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

PoolResult<void> Database::Connect(const char* file, int flags) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(
      file, &connection,
      flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE, nullptr);
  connection_.reset(connection);
  if (code != SQLITE_OK) {
    return tl::unexpected(FailureOf(code));
  }
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  // What is in the schema of the file must not act: it may come from somebody else.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return {};
}

PoolResult<Database> Database::Open(const std::string& path, Access access) {
  Database database(path);
  const PoolResult<void> done =
      access == Access::kReadAlone
          ? database.Connect(UriOf(path).c_str(), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
          : database.Connect(path.c_str(), access == Access::kRead ? SQLITE_OPEN_READONLY
                                                                   : SQLITE_OPEN_READWRITE);
  return done ? PoolResult<Database>(std::move(database)) : tl::unexpected(done.error());
}

PoolResult<Database> Database::OpenInMemory(const std::string& name) {
  Database database(name);
  const PoolResult<void> done =
      database.Connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  return done ? PoolResult<Database>(std::move(database)) : tl::unexpected(done.error());
}

PoolResult<FileHead> Database::ReadFileHead(std::size_t max_size) const {
  sqlite3_file* file = nullptr;
  int code = sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_FILE_POINTER,
                                  static_cast<void*>(&file));
  sqlite3_int64 size = 0;
  if (code == SQLITE_OK) {
    code = file->pMethods->xFileSize(file, &size);
  }
  FileHead head;
  if (code == SQLITE_OK) {
    head.file_size = static_cast<std::uint64_t>(size);
    head.bytes.resize(std::min<std::uint64_t>(max_size, head.file_size));
    code = head.bytes.empty() ? SQLITE_OK
                              : file->pMethods->xRead(file, head.bytes.data(),
                                                      static_cast<int>(head.bytes.size()), 0);
  }
  if (code != SQLITE_OK) {
    return tl::unexpected(FailureOf(code));
  }
  return head;
}

PoolResult<void> Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return tl::unexpected(FailureOf(code));
  }
  return {};
}

Query Database::Prepare(std::string_view sql) {
  std::unique_ptr<sqlite3_stmt, Finalize>& kept = statements_[sql.data()];
  int code = SQLITE_OK;
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                              SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    kept.reset(statement);
  }
  return {*this, kept.get(), code};
}

bool Database::InTransaction() const {
  return sqlite3_get_autocommit(connection_.get()) == 0;
}

bool Database::HasMoved() const {
  int has_moved = 0;
  return sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_HAS_MOVED,
                              static_cast<void*>(&has_moved)) == SQLITE_OK &&
         has_moved != 0;
}

void Database::KeepLog() {
  int on = 1;
  sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_PERSIST_WAL,
                       static_cast<void*>(&on));
}

void Database::EmptyLog() {
  sqlite3_busy_timeout(connection_.get(), 0);
  sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
}

std::uint64_t Database::NumChanged() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(connection_.get()));
}

PoolFailure Database::FailureOf(int code) const {
  // SQLite keeps no errno of what fails within COMMIT; the system's own is still there.
  const int last_error_number = errno;
  const int kept = connection_ ? sqlite3_system_errno(connection_.get()) : 0;
  const int error_number = kept != 0 ? kept : last_error_number;
  const PoolFault fault = FaultOf(code, error_number);
  std::string sentence = path_ + ": " + Advice(fault) + " (" + sqlite3_errstr(code);
  const int general = code & 0xff;
  if (general == SQLITE_ERROR || general == SQLITE_CONSTRAINT) {
    sentence += std::string(": ") + sqlite3_errmsg(connection_.get());
  } else if (error_number != 0 && (general == SQLITE_IOERR || general == SQLITE_CANTOPEN)) {
    sentence += ": " + SystemMessage(error_number);
  }
  return {fault, sentence + ")"};
}

PoolFailure Database::Corrupt(std::string_view what) const {
  return {PoolFault::kCorrupt,
          path_ + ": " + Advice(PoolFault::kCorrupt) + " (" + std::string(what) + ")"};
}

Query::~Query() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);  // what is bound stays, and is never looked at: see Step
  }
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      code_(other.code_),
      num_bound_(other.num_bound_) {}

Query& Query::Number(std::uint64_t value) {
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_int64(statement_, ++num_bound_, Signed(value));
  }
  return *this;
}

Query& Query::Number(const std::optional<std::uint64_t>& value) {
  if (value) {
    return Number(*value);
  }
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_null(statement_, ++num_bound_);
  }
  return *this;
}

Query& Query::Blob(Bytes value) {
  if (code_ == SQLITE_OK) {
    // An empty span may have no address, and SQLite would take that for NULL.
    code_ = value.empty() ? sqlite3_bind_zeroblob(statement_, ++num_bound_, 0)
                          : sqlite3_bind_blob64(statement_, ++num_bound_, value.data(),
                                                value.size(), SQLITE_STATIC);
  }
  return *this;
}

Query& Query::Text(std::string_view value) {
  if (code_ == SQLITE_OK) {
    code_ = sqlite3_bind_text64(statement_, ++num_bound_, value.empty() ? "" : value.data(),
                                value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

PoolResult<bool> Query::Step() {
  if (code_ == SQLITE_OK && num_bound_ != sqlite3_bind_parameter_count(statement_)) {
    code_ = SQLITE_MISUSE;  // what an earlier run has bound would be taken
  }
  if (code_ == SQLITE_OK) {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
      return code == SQLITE_ROW;
    }
    code_ = code;
  }
  return tl::unexpected(database_->FailureOf(code_));
}

PoolResult<void> Query::Run() {
  return ForEachRow([](const Query&) { return PoolResult<void>(); });
}

PoolResult<std::uint64_t> Query::Answer() {
  const PoolResult<bool> row = Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return *row ? NumberAt(0) : kNoRow;
}

PoolResult<std::vector<std::uint64_t>> Query::Numbers() {
  return Collect([](const Query& row) -> PoolResult<std::uint64_t> { return row.NumberAt(0); });
}

std::uint64_t Query::NumberAt(int column) const {
  return std::bit_cast<std::uint64_t>(
      static_cast<std::int64_t>(sqlite3_column_int64(statement_, column)));
}

std::optional<std::uint64_t> Query::FindNumberAt(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) {
    return std::nullopt;
  }
  return NumberAt(column);
}

Bytes Query::BlobAt(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

std::string_view Query::TextAt(int column) const {
  return AsText(BlobAt(column));  // SQLite gives a text's bytes as they are
}

bool Query::HashAt(int column, Hash& out) const {
  const Bytes blob = BlobAt(column);
  if (blob.size() != out.size()) {
    return false;
  }
  std::copy(blob.begin(), blob.end(), out.begin());
  return true;
}

}  // namespace tattle
