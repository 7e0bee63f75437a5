//! Answers from bytes that are structured.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::*;

impl<'a, O> Arbitrary<'a> for Success<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let manner = Manner::draw(u)?;
        Ok(Success::new(u.arbitrary()?, &manner))
    }
}

impl<'a> Arbitrary<'a> for Refusal {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Wording::draw(u).map(Wording::write)
    }
}

impl<'a, O> Arbitrary<'a> for Damaged<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (manner, damage, place) = (Manner::draw(u)?, u.arbitrary()?, u.arbitrary()?);
        let refusal = u.arbitrary()?;
        Ok(Damaged::new(
            &u.arbitrary()?,
            &manner,
            damage,
            place,
            &refusal,
        ))
    }
}

impl<'a, O> Arbitrary<'a> for AnyAnswer<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let response = match u.int_in_range(0..=2_u8)? {
            0 => u.arbitrary::<Success<O>>()?.response,
            1 => u.arbitrary::<Refusal>()?.response,
            _ => u.arbitrary::<Damaged<O>>()?.response,
        };
        Ok(AnyAnswer::new(response))
    }
}
