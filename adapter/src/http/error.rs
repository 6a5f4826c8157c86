//! The error codes of `wasi:http`, which are the same in WASI 0.2 and WASI 0.3.

use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::io::error::Failure;
use alloc::boxed::Box;

/// A stream's failure that the code tells of.
pub fn failure(code: ErrorCode) -> Failure {
    let name = name(&code);
    Failure::http(Box::new(code), name)
}

/// The code that a failure tells of, if any.
pub fn code(failure: &Failure) -> Option<ErrorCode> {
    failure.http.as_ref()?.downcast_ref().cloned()
}

fn name(code: &ErrorCode) -> &'static str {
    match code {
        ErrorCode::DnsTimeout => "wasi:http error-code DNS-timeout",
        ErrorCode::DnsError(_) => "wasi:http error-code DNS-error",
        ErrorCode::DestinationNotFound => "wasi:http error-code destination-not-found",
        ErrorCode::DestinationUnavailable => "wasi:http error-code destination-unavailable",
        ErrorCode::DestinationIpProhibited => "wasi:http error-code destination-IP-prohibited",
        ErrorCode::DestinationIpUnroutable => "wasi:http error-code destination-IP-unroutable",
        ErrorCode::ConnectionRefused => "wasi:http error-code connection-refused",
        ErrorCode::ConnectionTerminated => "wasi:http error-code connection-terminated",
        ErrorCode::ConnectionTimeout => "wasi:http error-code connection-timeout",
        ErrorCode::ConnectionReadTimeout => "wasi:http error-code connection-read-timeout",
        ErrorCode::ConnectionWriteTimeout => "wasi:http error-code connection-write-timeout",
        ErrorCode::ConnectionLimitReached => "wasi:http error-code connection-limit-reached",
        ErrorCode::TlsProtocolError => "wasi:http error-code TLS-protocol-error",
        ErrorCode::TlsCertificateError => "wasi:http error-code TLS-certificate-error",
        ErrorCode::TlsAlertReceived(_) => "wasi:http error-code TLS-alert-received",
        ErrorCode::HttpRequestDenied => "wasi:http error-code HTTP-request-denied",
        ErrorCode::HttpRequestLengthRequired => "wasi:http error-code HTTP-request-length-required",
        ErrorCode::HttpRequestBodySize(_) => "wasi:http error-code HTTP-request-body-size",
        ErrorCode::HttpRequestMethodInvalid => "wasi:http error-code HTTP-request-method-invalid",
        ErrorCode::HttpRequestUriInvalid => "wasi:http error-code HTTP-request-URI-invalid",
        ErrorCode::HttpRequestUriTooLong => "wasi:http error-code HTTP-request-URI-too-long",
        ErrorCode::HttpRequestHeaderSectionSize(_) => {
            "wasi:http error-code HTTP-request-header-section-size"
        }
        ErrorCode::HttpRequestHeaderSize(_) => "wasi:http error-code HTTP-request-header-size",
        ErrorCode::HttpRequestTrailerSectionSize(_) => {
            "wasi:http error-code HTTP-request-trailer-section-size"
        }
        ErrorCode::HttpRequestTrailerSize(_) => "wasi:http error-code HTTP-request-trailer-size",
        ErrorCode::HttpResponseIncomplete => "wasi:http error-code HTTP-response-incomplete",
        ErrorCode::HttpResponseHeaderSectionSize(_) => {
            "wasi:http error-code HTTP-response-header-section-size"
        }
        ErrorCode::HttpResponseHeaderSize(_) => "wasi:http error-code HTTP-response-header-size",
        ErrorCode::HttpResponseBodySize(_) => "wasi:http error-code HTTP-response-body-size",
        ErrorCode::HttpResponseTrailerSectionSize(_) => {
            "wasi:http error-code HTTP-response-trailer-section-size"
        }
        ErrorCode::HttpResponseTrailerSize(_) => "wasi:http error-code HTTP-response-trailer-size",
        ErrorCode::HttpResponseTransferCoding(_) => {
            "wasi:http error-code HTTP-response-transfer-coding"
        }
        ErrorCode::HttpResponseContentCoding(_) => {
            "wasi:http error-code HTTP-response-content-coding"
        }
        ErrorCode::HttpResponseTimeout => "wasi:http error-code HTTP-response-timeout",
        ErrorCode::HttpUpgradeFailed => "wasi:http error-code HTTP-upgrade-failed",
        ErrorCode::HttpProtocolError => "wasi:http error-code HTTP-protocol-error",
        ErrorCode::LoopDetected => "wasi:http error-code loop-detected",
        ErrorCode::ConfigurationError => "wasi:http error-code configuration-error",
        ErrorCode::InternalError(_) => "wasi:http error-code internal-error",
    }
}
