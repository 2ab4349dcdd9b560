//! The ARNs of invocations and of the models that they ask.

use rand::{Rng, RngExt};

/// The account of every invocation: the one that AWS's documentation uses in its examples.
const ACCOUNT: &str = "123456789012";
/// The characters of an invocation's id, and how many it has: `[a-z0-9]{12}` in the service model.
const ID_CHARS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH: usize = 12;

/// Draws the id of an invocation.
pub(super) fn draw_id(rng: &mut impl Rng) -> String {
    (0..ID_LENGTH).map(|_| char::from(ID_CHARS[rng.random_range(0..ID_CHARS.len())])).collect()
}

/// The ARN of an invocation.
pub(super) fn of_invocation(region: &str, id: &str) -> String {
    format!("arn:{}:bedrock:{region}:{ACCOUNT}:async-invoke/{id}", partition(region))
}

/// The id in the ARN of an invocation in this region.
pub(super) fn id_in<'a>(arn: &'a str, region: &str) -> Option<&'a str> {
    let id = arn.rsplit('/').next()?;
    (arn == of_invocation(region, id)).then_some(id)
}

/// The ARN of a foundation model; an id that is an ARN is left as it is.
pub(super) fn of_model(region: &str, model_id: &str) -> String {
    if model_id.starts_with("arn:") {
        return model_id.to_owned();
    }
    format!("arn:{}:bedrock:{region}::foundation-model/{model_id}", partition(region))
}

fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn an_id_is_found_in_its_own_arn_only() {
        let id = draw_id(&mut ChaCha8Rng::seed_from_u64(1));
        let arn = of_invocation("us-east-1", &id);
        assert_eq!(arn, format!("arn:aws:bedrock:us-east-1:123456789012:async-invoke/{id}"));
        assert_eq!(id_in(&arn, "us-east-1"), Some(id.as_str()));
        assert_eq!(id_in(&arn, "us-west-2"), None);
        for wrong in ["", "async-invoke/a", "arn:aws:bedrock:us-east-1:1:async-invoke/a"] {
            assert_eq!(id_in(wrong, "us-east-1"), None, "{wrong}");
        }
    }

    #[test]
    fn each_partition_has_its_arns() {
        let cases = [
            ("us-east-1", "arn:aws:bedrock:us-east-1::foundation-model/acme.one"),
            ("us-gov-west-1", "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/acme.one"),
            ("cn-north-1", "arn:aws-cn:bedrock:cn-north-1::foundation-model/acme.one"),
        ];
        for (region, arn) in cases {
            assert_eq!(of_model(region, "acme.one"), arn);
        }
        assert_eq!(of_model("us-east-1", "arn:aws:bedrock:x"), "arn:aws:bedrock:x");
    }
}
